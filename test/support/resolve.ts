type Field = (parent: unknown, args: unknown, context: unknown, info: unknown) => unknown;

/** What one field of a type answers for an object as upstream sends it. */
export function resolveField(
  fields: object,
  name: string,
  parent: unknown,
  context: unknown = {},
  args: unknown = {},
): unknown {
  const field = (fields as Readonly<Record<string, Field | undefined>>)[name];
  if (typeof field !== 'function') throw new Error(`There is no resolver of ${name}.`);
  return field(parent, args, context, undefined);
}
