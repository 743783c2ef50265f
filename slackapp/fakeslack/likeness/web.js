// Slack's own Web API client against fakeslack: posting, updating, paging, being
// limited and trying again. Each failed expectation ends the script with a 1.
'use strict';

const assert = require('node:assert/strict');
const { WebClient, LogLevel, ErrorCode } = require('@slack/web-api');

const { API_URL, BOT_TOKEN, CHANNEL, PERSON, CLIENT_ID, CLIENT_SECRET, CODE } = process.env;
const options = { slackApiUrl: API_URL, logLevel: LogLevel.ERROR };
const web = new WebClient(BOT_TOKEN, options);

async function postsAndUpdates() {
  const root = await web.chat.postMessage({
    channel: CHANNEL,
    text: 'root',
    username: 'Jane · visitor',
    unfurl_links: false,
    blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'root' }] }] }],
    metadata: { event_type: 'entry', event_payload: { ids: ['a'] } },
  });
  assert.equal(root.message.subtype, 'bot_message');
  await web.chat.postMessage({ channel: CHANNEL, text: 'reply', thread_ts: root.ts });
  await web.chat.update({ channel: CHANNEL, ts: root.ts, text: 'changed' });
  const thread = await web.conversations.replies({ channel: CHANNEL, ts: root.ts, include_all_metadata: true });
  assert.deepEqual(thread.messages.map((m) => m.text), ['changed', 'reply']);
  assert.deepEqual(thread.messages[0].metadata.event_payload.ids, ['a']);
  await web.reactions.add({ channel: CHANNEL, timestamp: root.ts, name: 'lock' });
  const { permalink } = await web.chat.getPermalink({ channel: CHANNEL, message_ts: root.ts });
  assert.match(permalink, /\/archives\//);
  await web.chat.postEphemeral({ channel: CHANNEL, user: PERSON, text: 'psst' });
  await web.chat.delete({ channel: CHANNEL, ts: root.ts });
}

async function pages() {
  const names = [];
  for await (const page of web.paginate('users.list', { limit: 2 })) {
    names.push(...page.members.map((m) => m.name));
  }
  assert.ok(names.length >= 5, `only ${names}`);
  assert.equal(new Set(names).size, names.length);
}

async function readsPeopleAndGroups() {
  const me = await web.auth.test();
  assert.match(me.bot_id, /^B/);
  const { user } = await web.users.info({ user: PERSON });
  assert.equal(user.name, 'ann');
  const { usergroups } = await web.usergroups.list({ include_users: true });
  const group = usergroups.find((g) => g.handle === 'sales');
  await web.usergroups.users.update({ usergroup: group.id, users: PERSON });
  const { users } = await web.usergroups.users.list({ usergroup: group.id });
  assert.deepEqual(users, [PERSON]);
  const { channels } = await web.conversations.list({ types: 'public_channel', exclude_archived: true });
  assert.ok(channels.some((c) => c.id === CHANNEL));
  const { presence } = await web.users.getPresence({ user: PERSON });
  assert.equal(presence, 'active');
  const dnd = await web.dnd.teamInfo({ users: PERSON });
  assert.equal(dnd.users[PERSON].dnd_enabled, false);
  const { team } = await web.team.info();
  assert.match(team.id, /^T/);
}

async function uploads() {
  const root = await web.chat.postMessage({ channel: CHANNEL, text: 'files below' });
  const { files } = await web.filesUploadV2({
    channel_id: CHANNEL,
    thread_ts: root.ts,
    initial_comment: 'two of them',
    file_uploads: [{ filename: 'a.txt', content: 'aaa' }, { filename: 'b.txt', content: 'bb', title: 'B' }],
  });
  const ids = files.flatMap((f) => f.files).map((f) => f.id);
  assert.equal(ids.length, 2);
  const { file } = await web.files.info({ file: ids[1] });
  assert.equal(file.title, 'B');
  const read = await fetch(file.url_private, { headers: { Authorization: `Bearer ${BOT_TOKEN}` } });
  assert.equal(await read.text(), 'bb');
  const stranger = await fetch(file.url_private);
  assert.match(stranger.headers.get('content-type'), /html/);
  // Sharing takes a moment.
  for (;;) {
    const { messages } = await web.conversations.replies({ channel: CHANNEL, ts: root.ts });
    if (messages.length > 1) {
      assert.equal(messages[1].subtype, 'file_share');
      assert.deepEqual(messages[1].files.map((f) => f.id).sort(), ids.sort());
      break;
    }
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  await web.files.delete({ file: ids[0] });
}

// The test has approved of an app whose tokens rotate.
async function isInstalled() {
  const anyone = new WebClient(undefined, options);
  const client = { client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
  const installed = await anyone.oauth.v2.access({ ...client, code: CODE });
  assert.equal(installed.expires_in, 43200);
  const renewed = await anyone.oauth.v2.access({ ...client, grant_type: 'refresh_token', refresh_token: installed.refresh_token });
  assert.notEqual(renewed.access_token, installed.access_token);
  const bot = new WebClient(renewed.access_token, options);
  assert.equal((await bot.auth.test()).user_id, installed.bot_user_id);
  await bot.auth.revoke();
  await assert.rejects(bot.auth.test(), (error) => error.data.error === 'token_revoked');
}

// The test has the next call of each answered with 429.
async function isLimitedAndTriesAgain() {
  let limited = 0;
  web.on('rate_limited', (seconds) => { limited = seconds; });
  await web.bots.info();
  assert.equal(limited, 1);
  const impatient = new WebClient(BOT_TOKEN, { ...options, rejectRateLimitedCalls: true });
  await assert.rejects(impatient.conversations.members({ channel: CHANNEL }), (error) => {
    assert.equal(error.code, ErrorCode.RateLimitedError);
    assert.equal(error.retryAfter, 30);
    return true;
  });
}

async function isRefused() {
  const refusal = (code) => (error) => {
    assert.equal(error.code, ErrorCode.PlatformError);
    assert.equal(error.data.error, code);
    return true;
  };
  await assert.rejects(web.chat.postMessage({ channel: 'C404', text: 'x' }), refusal('channel_not_found'));
  await assert.rejects(web.apiCall('chat.postMassage'), refusal('unknown_method'));
  await assert.rejects(web.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [{ type: 'marquee' }] }), refusal('invalid_blocks'));
  await assert.rejects(new WebClient('xoxb-wrong', options).auth.test(), refusal('invalid_auth'));
}

(async () => {
  for (const part of [postsAndUpdates, pages, readsPeopleAndGroups, uploads, isInstalled, isLimitedAndTriesAgain, isRefused]) {
    await part().catch((error) => {
      console.error(`${part.name}: ${error.stack}`);
      process.exitCode = 1;
    });
  }
})();
