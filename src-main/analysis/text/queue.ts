/** Says why queued runs do not start. Pure. */

/** For `Condition.otherVerification`. */
export const otherVerificationWords =
  'Another program is verifying a run of this data directory. Queued and resumed runs start when it is done.'
