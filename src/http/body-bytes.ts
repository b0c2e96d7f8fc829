/** The longest form or JSON that a page or an API reads: a role with 100 permissions of 100 characters takes 11 KB. */
export const bodyBytesMax = 64 * 1024;
