import { MalformedBytes } from '../protocol/bytes.ts';
import type { Frame } from '../protocol/frame.ts';

/** What another participant sent malformed is passed over, for nobody may end the session of others by it. Of the relay nothing is forgiven. */
export const passOverMalformed =
  (receive: (frame: Frame) => void) =>
  (frame: Frame): void => {
    try {
      receive(frame);
    } catch (fault) {
      if (frame.sender === 0 || !(fault instanceof MalformedBytes)) throw fault;
    }
  };
