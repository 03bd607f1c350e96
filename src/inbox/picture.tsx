import type { ReactNode } from 'react';

const colours = 8;

/** Of the name, so that a person has the same colour everywhere. */
function colourOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return sum % colours;
}

/** First letters of the first and last word. */
function initialsOf(name: string): string {
  const words = name.split(/[\s,]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => /^./u.exec(word ?? '')?.[0] ?? '',
  );
  return letters.join('').toUpperCase();
}

/** Initials on a colour: what a workspace shows for people without a photo. The name stands beside it. */
export function Picture({ name, isGroup = false }: { readonly name: string; readonly isGroup?: boolean }): ReactNode {
  return (
    <span className={`picture colour-${colourOf(name)}${isGroup ? ' group' : ''}`} aria-hidden="true">
      {initialsOf(name) || '•'}
    </span>
  );
}
