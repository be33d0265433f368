import { openDirectStage } from './direct.ts';
import type { Mirrored, Setting } from './contender.ts';
import type { Options } from './options.ts';

/** Where Tandem mirrors pages: the whole path, or capture and replay alone. */
export interface Stage {
  /** The page folder that is mirrored from now on. */
  show(folder: string): void;
  measure(setting: Setting): Promise<{ readonly mirrored: Mirrored; readonly consumerPicture: Buffer }>;
  close(): Promise<void>;
}

export function openStage(options: Options): Promise<Stage> {
  if (options.direct) return Promise.resolve(openDirectStage());
  throw new Error('later');
}
