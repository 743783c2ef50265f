// Slack's own Socket Mode client against fakeslack: it must stay connected
// through everything that the Go test does to its connection.
'use strict';

const { SocketModeClient, LogLevel } = require('@slack/socket-mode');

const { API_URL, APP_TOKEN } = process.env;
const tell = (saw, more = {}) => process.stdout.write(`${JSON.stringify({ saw, ...more })}\n`);

const client = new SocketModeClient({
  appToken: APP_TOKEN,
  clientOptions: { slackApiUrl: API_URL },
  clientPingTimeout: 1000, // so that it finds a silent connection soon
  logLevel: LogLevel.ERROR,
});

client.on('connected', () => tell('connected'));
client.on('message', async ({ event, ack, retry_num: attempt, retry_reason: reason }) => {
  if (event.text !== 'do not ack' || attempt > 0) {
    await ack();
  }
  tell('message', { text: event.text, attempt, reason });
});

client.start().catch((error) => {
  tell('error', { error: String(error) });
  process.exit(1);
});
process.stdin.resume();
process.stdin.on('end', async () => {
  await client.disconnect();
  process.exit(0);
});
