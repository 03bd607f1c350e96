import { canAccess } from '../access.ts';
import { codedError } from '../api-error.ts';
import { cutPage, readPaging, readSort, sortRows } from '../paging.ts';
import { textOf, type Route } from '../route.ts';
import { threadSchema } from '../schemas.ts';

/** `chat.getThreadMessages`: replies, oldest first, with everybody's stars and with names as they were stored. */
export const threadMessages: Route = {
  schemas: { R8: threadSchema },
  handle({ params, world, caller, settings }) {
    const rootId = textOf(params['tmid']);
    if (!rootId) throw codedError('error-invalid-params', 'The required "tmid" query param is missing.');
    const root = world.messages.get(rootId);
    if (root === undefined) throw codedError('error-invalid-message', 'Invalid Message');
    if (!canAccess(world, root.rid, caller.id)) throw codedError('error-not-allowed', 'Not Allowed');
    const replies = world.messagesOf(root.rid).filter(({ tmid, _hidden }) => tmid === rootId && _hidden !== true);
    const paging = readPaging(params, settings);
    const page = cutPage(sortRows(replies, readSort(params['sort'], settings, [['ts', 1]])), paging);
    return { messages: page, count: page.length, offset: paging.offset, total: replies.length };
  },
};
