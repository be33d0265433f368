import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Lines of a function without those of the functions inside it: a factory is as long as what it does itself. */
const ownLines = {
  meta: { type: 'suggestion', schema: [{ type: 'number' }], messages: { long: '{{lines}} lines of its own; at most {{most}}' } },
  create(context) {
    const [most] = context.options;
    const open = [];
    const enter = () => open.push(0);
    const leave = (node) => {
      const inner = open.pop();
      const all = node.loc.end.line - node.loc.start.line + 1;
      if (open.length > 0) open[open.length - 1] += all - 1;
      const lines = all - inner;
      if (lines > most) context.report({ loc: node.loc.start, messageId: 'long', data: { lines, most } });
    };
    return {
      ':function': enter,
      ':function:exit': leave,
    };
  },
};

export default defineConfig(
  globalIgnores(['dist', 'node_modules', 'demo', '**/*.js', '**/*.mjs', '**/*.cjs']),
  tseslint.configs.strictTypeChecked,
  { plugins: { house: { rules: { 'own-lines': ownLines } } } },
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Numbers are what this code handles most; they are printed by template all over.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'house/own-lines': ['error', 60],
      'max-depth': ['error', 3],
      eqeqeq: 'error',
      'no-console': 'error',
      // Our objects are closures: none of their functions knows a `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // A describe block is one function that holds a table of cases.
    files: ['test/**', 'e2e/**', 'tools/**', 'simulation/**'],
    rules: { 'house/own-lines': 'off', '@typescript-eslint/no-non-null-assertion': 'off', 'no-console': 'off' },
  },
);
