// A small app on Bolt. It tells the Go test on stdout, one JSON object a line,
// what reaches its listeners, and answers as its users would expect.
'use strict';

const { App, HTTPReceiver, LogLevel } = require('@slack/bolt');

const { API_URL, BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, MODE, INSTALLATIONS } = process.env;

const tell = (saw, more = {}) => process.stdout.write(`${JSON.stringify({ saw, ...more })}\n`);

// An app of several workspaces finds its token by the team_id of each payload.
const installations = INSTALLATIONS && JSON.parse(INSTALLATIONS);
const tokens = installations
  ? { authorize: async ({ teamId }) => installations[teamId] }
  : { token: BOT_TOKEN };

const common = {
  ...tokens,
  clientOptions: { slackApiUrl: API_URL },
  logLevel: LogLevel.ERROR,
};

let receiver;
if (MODE === 'http') {
  receiver = new HTTPReceiver({ signingSecret: SIGNING_SECRET, logLevel: LogLevel.ERROR });
}
const app = MODE === 'http'
  ? new App({ ...common, receiver, ...(installations ? {} : { tokenVerificationEnabled: false }) })
  : new App({ ...common, socketMode: true, appToken: APP_TOKEN });

app.message(async ({ message, say }) => {
  tell('message', { text: message.text, subtype: message.subtype, files: message.files?.length });
  if (message.subtype) return; // somebody has joined, edited, deleted, shared a file
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

app.event('file_shared', async ({ event, client }) => {
  const { file } = await client.files.info({ file: event.file_id });
  tell('file_shared', { name: file.name, shares: Object.keys(file.shares.public ?? {}) });
});

// What the app does with the Web API, by the word after the command.
const errands = {
  async upload({ client, command }) {
    const { ts } = await client.chat.postMessage({ channel: command.channel_id, text: 'see below' });
    await client.filesUploadV2({
      channel_id: command.channel_id, thread_ts: ts, initial_comment: 'the log', filename: 'log.txt', content: 'one\ntwo\n',
    });
    return ts;
  },
  async page({ client, command }) {
    const ids = [];
    for await (const page of client.paginate('conversations.members', { channel: command.channel_id, limit: 2 })) {
      ids.push(...page.members);
    }
    return ids.length;
  },
  async presence({ client, command }) {
    const { presence } = await client.users.getPresence({ user: command.user_id });
    const { users } = await client.dnd.teamInfo({ users: command.user_id });
    return `${presence} ${users[command.user_id].dnd_enabled}`;
  },
  async chart({ client, command }) {
    const { message } = await client.chat.postMessage({
      channel: command.channel_id,
      text: 'Chats: 4 on Monday',
      blocks: [{
        type: 'data_visualization',
        title: 'Chats',
        chart: { type: 'bar', axis_config: { categories: ['Mon'] }, series: [{ name: 'Sales', data: [{ label: 'Mon', value: 4 }] }] },
      }],
    });
    return message.blocks[0].type;
  },
  async limited({ client }) { // the test has the first call answered with 429
    const { bot } = await client.bots.info();
    return bot.name;
  },
};

const input = {
  type: 'input',
  block_id: 'name',
  label: { type: 'plain_text', text: 'Name' },
  element: { type: 'plain_text_input', action_id: 'name' },
};

const modal = (callbackID, title, blocks) => ({
  type: 'modal',
  callback_id: callbackID,
  title: { type: 'plain_text', text: title },
  submit: { type: 'plain_text', text: 'Send' },
  blocks,
});

const button = (actionID) => ({ type: 'button', action_id: actionID, text: { type: 'plain_text', text: actionID } });

app.command('/chatgroups', async ({ command, ack, respond, client }) => {
  tell('command', { text: command.text, user: command.user_id });
  if (command.text === 'create') {
    await ack();
    await client.views.open({
      trigger_id: command.trigger_id,
      view: modal('create', 'New group', [input, { type: 'actions', elements: [button('rename_view'), button('push_view')] }]),
    });
    tell('opened');
    return;
  }
  const errand = errands[command.text];
  if (errand) {
    await ack();
    tell(command.text, { result: await errand({ client, command }) });
    return;
  }
  await ack({ text: `you said ${command.text}` });
  await respond({ text: 'and later this', response_type: 'ephemeral' });
});

app.view('create', async ({ ack, view }) => {
  const name = view.state.values.name.name.value;
  tell('view', { name });
  switch (name) {
    case 'taken':
      await ack({ response_action: 'errors', errors: { name: 'There is one already.' } });
      break;
    case 'other':
      await ack({ response_action: 'update', view: modal('create', 'Another name', [input]) });
      break;
    case 'more':
      await ack({ response_action: 'push', view: modal('details', 'Details', [input]) });
      break;
    default:
      await ack();
  }
});

app.view('details', async ({ ack }) => ack({ response_action: 'clear' }));

app.view({ callback_id: 'pushed', type: 'view_closed' }, async ({ ack, view }) => {
  await ack();
  tell('view_closed', { title: view.title.text });
});

app.action('rename_view', async ({ ack, body, client }) => {
  await ack();
  await client.views.update({ view_id: body.view.id, hash: body.view.hash, view: modal('create', 'Renamed', [...body.view.blocks]) });
  tell('updated');
});

app.action('push_view', async ({ ack, body, client }) => {
  await ack();
  await client.views.push({ trigger_id: body.trigger_id, view: { ...modal('pushed', 'On top', [input]), notify_on_close: true } });
  tell('pushed');
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

// A form with inputs of Slack's own kinds, opened from beside any box.
app.shortcut('new_group', async ({ ack, shortcut, client }) => {
  await ack();
  const ask = (id, element) => ({
    type: 'input', block_id: id, label: { type: 'plain_text', text: id }, element: { action_id: id, ...element },
  });
  await client.views.open({
    trigger_id: shortcut.trigger_id,
    view: modal('form', 'Form', [
      ask('group', { type: 'external_select', min_query_length: 2 }),
      ask('until', { type: 'datetimepicker' }),
      ask('welcome', { type: 'rich_text_input' }),
      ask('calendar', { type: 'file_input', filetypes: ['ics'] }),
      ask('room', { type: 'conversations_select', default_to_current_conversation: true }),
    ]),
  });
  tell('global shortcut', { user: shortcut.user.id });
});

app.options('group', async ({ ack, options }) => {
  tell('options', { value: options.value });
  await ack({ options: ['Tech', 'Tea'].map((text) => ({ text: { type: 'plain_text', text }, value: text.toLowerCase() })) });
});

app.view('form', async ({ ack, view }) => {
  const { group, until, welcome, calendar, room } = view.state.values;
  await ack();
  tell('form', {
    group: group.group.selected_option.value,
    until: until.until.selected_date_time,
    welcome: welcome.welcome.rich_text_value.elements[0].elements[0].text,
    calendar: calendar.calendar.files[0].name,
    room: room.room.selected_conversation,
  });
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
