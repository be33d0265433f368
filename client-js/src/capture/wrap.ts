/*
 * What scripts do to a page by methods that no observer tells of. While a session runs these methods are wrapped, per window; at its end
 * each is put back, unless somebody wrapped it again: then ours stays, and does nothing.
 */

/** What follows a call that has succeeded. */
export type After = (self: object, args: readonly unknown[], result: unknown) => void;

/** The methods of one window that are wrapped. */
export interface Wraps {
  /** @param part a method, or the setter of a property. Passed over where this browser has no such one. */
  add(type: { readonly prototype: object } | undefined, name: string, after: After, part?: 'value' | 'set'): void;
  /** Puts all back. */
  readonly undo: () => void;
}

type Method = (this: object, ...args: unknown[]) => unknown;

export function createWraps(): Wraps {
  const putBack: (() => void)[] = [];
  let isActive = true;

  return {
    add(type, name, after, part = 'value') {
      const owner = type?.prototype;
      const descriptor = owner && Object.getOwnPropertyDescriptor(owner, name);
      const original = descriptor?.[part] as Method | undefined;
      if (owner === undefined || typeof original !== 'function' || descriptor?.configurable !== true) return;
      // A proxy is to the page what the method is: in its name, its length, and its text, which is native code.
      const wrapped = new Proxy(original, {
        apply(method, self: object, args: unknown[]) {
          const result = Reflect.apply(method, self, args);
          if (isActive) report(after, self, args, result);
          return result;
        },
      });
      Object.defineProperty(owner, name, { ...descriptor, [part]: wrapped });
      putBack.push(() => {
        if (Object.getOwnPropertyDescriptor(owner, name)?.[part] === wrapped) Object.defineProperty(owner, name, descriptor);
      });
    },
    undo() {
      isActive = false;
      for (const put of putBack) put();
    },
  };
}

/** The page's call has succeeded; whatever we stumble over must not reach it. */
function report(after: After, self: object, args: readonly unknown[], result: unknown): void {
  try {
    after(self, args, result);
  } catch {
    // The next keyframe reads the page as it is.
  }
}
