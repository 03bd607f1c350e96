import { hidesDeleted } from '../upstream/endpoints/settings-public.ts';
import { isReply, type Examination } from './examination.ts';
import type { Finding } from './finding.ts';

/** Whether the workspace tells which messages were deleted, so that clients can keep copies of rooms. */
export function checkDeletions({ strangers }: Examination): Finding | undefined {
  const settings = strangers.find(isReply);
  if (settings === undefined) return undefined;
  const isHiding = hidesDeleted(settings.json);
  if (isHiding === false)
    return {
      subject: 'deletions',
      level: 'good',
      seen: 'The workspace tells which messages were deleted.',
      meaning: '`directMessage { changes }` tells clients what to remove.',
    };
  const meaning = 'Every answer of `directMessage { changes }` has `mustReload`: clients read whole rooms again.';
  if (isHiding === undefined)
    return {
      subject: 'deletions',
      level: 'note',
      seen: 'The workspace does not tell its settings for deleted messages (settings.public).',
      meaning,
      change: 'Let /api/v1/settings.public through, if a proxy before the workspace keeps it back.',
    };
  return {
    subject: 'deletions',
    level: 'warning',
    seen: 'The workspace hides deleted messages: Message_KeepHistory is on, Message_ShowDeletedStatus is off.',
    meaning,
    change:
      'Switch on Message_ShowDeletedStatus, or switch off Message_KeepHistory (Administration → Settings → Message).',
  };
}
