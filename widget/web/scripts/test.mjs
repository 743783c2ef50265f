// Runs test/*.test.ts with Node's own test runner; esbuild strips the types.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const web = new URL('..', import.meta.url).pathname
const out = mkdtempSync(join(tmpdir(), 'widget-test-'))
try {
  const tests = readdirSync(join(web, 'test')).filter((name) => name.endsWith('.test.ts'))
  await build({
    entryPoints: tests.map((name) => join(web, 'test', name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    define: { LOCALES_VERSION: '"test"' },
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  const files = readdirSync(out).map((name) => join(out, name))
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit', cwd: web })
  process.exitCode = run.status ?? 1
} finally {
  rmSync(out, { recursive: true })
}
