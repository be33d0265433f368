/** The direction of imports in src/, as docs/decisions/0002-imports-point-downward.md says it. */
const SIBLINGS = ['capture', 'replay', 'control', 'ui'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'protocol-stands-alone',
      comment: 'The wire format is the lowest layer.',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: '^src/', pathNot: '^src/protocol/' },
    },
    {
      name: 'connection-knows-protocol-only',
      severity: 'error',
      from: { path: '^src/connection/' },
      to: { path: '^src/', pathNot: '^src/(protocol|connection)/' },
    },
    {
      name: 'delivery-knows-no-page',
      comment: 'Its machines run in a simulation, without a browser.',
      severity: 'error',
      from: { path: '^src/delivery/' },
      to: { path: '^src/', pathNot: '^src/(protocol|connection|delivery)/' },
    },
    {
      name: 'tag-never-meets-viewer',
      comment: 'What the consumer loads holds nothing of the rebuild, nor the agent the capture.',
      severity: 'error',
      from: { path: ['^src/(tag|capture|talk|acting|media|resources|frames?|consumer-session)[.]ts$', '^src/(capture|framed)/', '/tag/'] },
      to: { path: ['^src/viewer[.]ts$', '^src/replay/', '/(viewer|agent)/', '^src/protocol/(inflate|packed-batch)[.]ts$'] },
    },
    {
      name: 'viewer-never-meets-tag',
      severity: 'error',
      from: { path: ['^src/viewer[.]ts$', '^src/replay/', '/(viewer|agent)/'] },
      to: { path: ['^src/(tag|capture|talk|acting|media|resources|frames?|consumer-session)[.]ts$', '^src/(capture|framed)/', '/tag/'] },
    },
    ...SIBLINGS.map((folder) => ({
      name: `${folder}-leaves-its-siblings-alone`,
      comment: 'Siblings meet in the entries, or through protocol/ and connection/.',
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: `^src/(${SIBLINGS.filter((other) => other !== folder).join('|')})/`, dependencyTypesNot: ['type-only'] },
    })),
    {
      name: 'nothing-shipped-from-npm',
      comment: 'The bundles are our own code alone, but for what inflates in the viewer.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/protocol/inflate[.]ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'core'] },
    },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' } },
};
