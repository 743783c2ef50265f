// A small app on Bolt. It tells the Go test on stdout, one JSON object a line,
// what reaches its listeners, and answers as its users would expect.
'use strict';

const { App, HTTPReceiver, LogLevel } = require('@slack/bolt');

const { API_URL, BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, MODE } = process.env;

const tell = (saw, more = {}) => process.stdout.write(`${JSON.stringify({ saw, ...more })}\n`);

const common = {
  token: BOT_TOKEN,
  clientOptions: { slackApiUrl: API_URL },
  logLevel: LogLevel.ERROR,
};

let receiver;
if (MODE === 'http') {
  receiver = new HTTPReceiver({ signingSecret: SIGNING_SECRET, logLevel: LogLevel.ERROR });
}
const app = MODE === 'http'
  ? new App({ ...common, receiver, tokenVerificationEnabled: false })
  : new App({ ...common, socketMode: true, appToken: APP_TOKEN });

app.message(async ({ message, say }) => {
  tell('message', { text: message.text, subtype: message.subtype, bot: message.bot_id });
  if (message.subtype) return; // somebody has joined
  await say({ text: `heard: ${message.text}`, thread_ts: message.ts });
});

app.event('app_mention', async ({ event, client }) => {
  await client.reactions.add({ channel: event.channel, timestamp: event.ts, name: 'eyes' });
  tell('app_mention', { text: event.text });
});

app.event('member_joined_channel', async ({ event }) => tell('member_joined_channel', { user: event.user }));

app.event('app_home_opened', async ({ event, client }) => {
  await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [{ type: 'divider' }] } });
  tell('app_home_opened', { user: event.user });
});

app.command('/chatgroups', async ({ command, ack, respond, client }) => {
  tell('command', { text: command.text, user: command.user_id });
  if (command.text === 'create') {
    await ack();
    await client.views.open({
      trigger_id: command.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'create',
        title: { type: 'plain_text', text: 'New group' },
        submit: { type: 'plain_text', text: 'Create' },
        blocks: [{
          type: 'input',
          block_id: 'name',
          label: { type: 'plain_text', text: 'Name' },
          element: { type: 'plain_text_input', action_id: 'name' },
        }],
      },
    });
    tell('opened');
    return;
  }
  await ack({ text: `you said ${command.text}` });
  await respond({ text: 'and later this', response_type: 'ephemeral' });
});

app.view('create', async ({ ack, view }) => {
  const name = view.state.values.name.name.value;
  tell('view', { name });
  if (name === 'taken') {
    await ack({ response_action: 'errors', errors: { name: 'There is one already.' } });
    return;
  }
  await ack();
});

app.action('claim', async ({ ack, action, body, client }) => {
  await ack();
  await client.chat.update({
    channel: body.channel.id,
    ts: body.message.ts,
    text: `claimed ${action.value} by <@${body.user.id}>`,
    blocks: [],
  });
  tell('action', { value: action.value });
});

app.shortcut('close_chat', async ({ ack, shortcut }) => {
  await ack();
  tell('shortcut', { text: shortcut.message.text });
});

app.error(async (error) => tell('error', { error: `${error.code || ''} ${error.message}` }));

(async () => {
  const server = await app.start(0);
  tell('ready', MODE === 'http' ? { port: server.address().port } : {});
  // The test closes stdin when it is done.
  process.stdin.resume();
  process.stdin.on('end', async () => {
    await app.stop();
    process.exit(0);
  });
})().catch((error) => {
  tell('error', { error: String(error.stack || error) });
  process.exit(1);
});
