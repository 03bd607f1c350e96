/** Characters of a document's id, at most: `sha256:` and a hash are 71. */
export const maxDocumentIdLength = 256;

/** As GraphQL over HTTP writes ids: unreserved characters of a URL, with a prefix or without. */
const idForm = /^[\w.~-]+(?::[\w.~:-]+)?$/;
const hashForm = /^(?:sha256:)?([0-9a-f]{64})$/;

export const isDocumentId = (id: string): boolean =>
  id.length <= maxDocumentIdLength && idForm.test(id) && (!id.startsWith('sha256:') || hashForm.test(id));

/** The hash in an id; undefined where it is an id of another kind. */
export const hashIn = (id: string): string | undefined => hashForm.exec(id)?.[1];

/** The one spelling by which ids are compared: a hash may come with `sha256:` or without. */
export const plainId = (id: string): string => hashIn(id) ?? id;
