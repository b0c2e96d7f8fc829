import { type Told, told } from './told.js';

/**
 * An answer that is written while it is made, so that 100,000 jobs take no more memory than one.
 * @returns what went wrong in the middle, where the answer itself says so already
 */
export type Pieces = AsyncGenerator<string, Told | undefined>;

/** In characters: fewer and larger writes, and still nothing to speak of. */
const pieceMin = 16_384;

/**
 * A JSON object whose lists are written item by item. What fails before the first item fails as everywhere; what fails
 * later ends the object with an `error` of the contract's shape, so that programs can still read it.
 * @param rest what follows the lists, known when they are through
 */
export async function* jsonPieces(
  lists: Record<string, AsyncIterable<unknown>>,
  rest: () => Record<string, unknown> = () => ({}),
): Pieces {
  let text = '{';
  let isOpen = false;
  try {
    for (const [name, items] of Object.entries(lists)) {
      const iterator = items[Symbol.asyncIterator]();
      let item = await iterator.next();
      text += `${text === '{' ? '' : ','}\n  "${name}": [`;
      isOpen = true;
      for (let comma = ''; !item.done; comma = ',', item = await iterator.next()) {
        text += `${comma}\n    ${JSON.stringify(item.value)}`;
        if (text.length < pieceMin) continue;
        yield text;
        text = '';
      }
      text += ']';
      isOpen = false;
    }
    for (const [name, value] of Object.entries(rest())) text += `,\n  "${name}": ${JSON.stringify(value)}`;
    yield `${text}\n}\n`;
  } catch (error) {
    if (text === '{') throw error;
    const problem = told(error);
    yield `${text}${isOpen ? ']' : ''},\n  "error": ${JSON.stringify(problem)}\n}\n`;
    return problem;
  }
  return undefined;
}

/** Lines of text, written as they come. */
export async function* linePieces(lines: AsyncIterable<string>): Pieces {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < pieceMin) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
  return undefined;
}
