/** The largest form or JSON that pages and APIs accept. A role with 100 permissions of 100 characters has 11 KB. */
export const bodyBytesMax = 64 * 1024;
