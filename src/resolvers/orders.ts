import { asInt, asText } from '../json.ts';
import { instantKey, type PlaceOf } from '../pagination/place.ts';
import type { StoredRow } from '../upstream/types.ts';
import type {
  DirectMessageOrder,
  DirectMessageOrderField,
  MessageOrder,
  MessageOrderField,
} from './types.generated.ts';

/** An order of the API: how upstream sorts by it, and how the gateway compares its rows. */
export interface RowOrder {
  /** Part of a cursor's binding: a cursor of another order is rejected. */
  readonly name: string;
  readonly isDescending: boolean;
  readonly placeOf: PlaceOf<StoredRow>;
  /** `sort` for upstream, with the id last so that the order is total. */
  readonly sortFor: (isReversed: boolean) => Record<string, 1 | -1>;
}

const roomFields: Record<DirectMessageOrderField, string> = {
  CREATED_AT: 'ts',
  LAST_MESSAGE_AT: 'lm',
  MESSAGE_COUNT: 'msgs',
  UPDATED_AT: '_updatedAt',
};

const messageFields: Record<MessageOrderField, string> = { SENT_AT: 'ts', UPDATED_AT: '_updatedAt' };

const newestRooms = rowOrder(roomFields, { field: 'LAST_MESSAGE_AT', direction: 'DESC' });
const newestMessages = rowOrder(messageFields, { field: 'SENT_AT', direction: 'DESC' });

/** An explicit `null` means the default, like an omitted argument. */
export const roomOrder = (order: DirectMessageOrder | null | undefined): RowOrder =>
  order == null ? newestRooms : rowOrder(roomFields, order);

export const messageOrder = (order: MessageOrder | null | undefined): RowOrder =>
  order == null ? newestMessages : rowOrder(messageFields, order);

function rowOrder<Field extends string>(
  fields: Record<Field, string>,
  { field, direction }: { readonly field: Field; readonly direction: 'ASC' | 'DESC' },
): RowOrder {
  const upstreamField = fields[field];
  const isDescending = direction === 'DESC';
  const keyOf = upstreamField === 'msgs' ? asInt : (value: unknown) => instantKey(asText(value));
  return {
    name: `${field} ${direction}`,
    isDescending,
    placeOf: (row) => ({ key: keyOf(row[upstreamField]) ?? null, id: row._id }),
    sortFor: (isReversed) => {
      const sign = isDescending === isReversed ? 1 : -1;
      return { [upstreamField]: sign, _id: sign };
    },
  };
}
