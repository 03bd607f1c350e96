import type { Dialogue } from './dialogue.ts';

/** Conversations of three people or more. */
export const groupDialogues: readonly Dialogue[] = [
  ['0 Stand-up in five, same link as always.', '1 Joining from the train, so mostly listening.', '2 Be right there.'],
  [
    '0 {feature} is live for everybody :tada: Thank you all, this was a real team effort.',
    '1 Wohoo!',
    '2 :champagne:',
    '3 First customer feedback: “finally!”. I’ll take it.',
  ],
  [
    '0 @{1} could you share the figures from {customer} here?',
    '1 Sure: {number} seats now, {number} more from January.',
    '2 That makes them our second largest. Wow.',
    '0 Let’s make sure their onboarding is spotless.',
  ],
  [
    '0 Proposal: we freeze the branch on {day} at {time}.',
    '1 Fine with me.',
    '2 I need one more day for the {page} page, otherwise it goes to the next release.',
    '0 Then let’s say a day later. Everybody happy?',
    '3 :+1:',
    '2 Thank you!',
  ],
  [
    '0 Who has time to proofread the {doc}? Fifteen minutes, promised.',
    '1 I do.',
    '0 https://docs.northlight.example/{slug}',
    '1 Done, suggestions are in the margin.',
    '2 Added two more. The intro is great.',
  ],
  [
    '0 The projector in {place} is broken again, so bring printed slides or a good memory.',
    '1 I’ll bring the portable one.',
    '2 Our hero.',
  ],
  [
    '0 Agenda for {day}:\n1. Numbers\n2. Roadmap for {feature}\n3. Open questions\n\nAnything to add?',
    '1 Five minutes on the support backlog, please.',
    '0 Added as 3.',
    '2 And I’d like to show the new {page} page. Two slides.',
    '0 Sounds good.',
  ],
  [
    '0 Reminder: team dinner on {day}, {time}. Who is in?',
    '1 In!',
    '2 In, vegetarian please.',
    '3 I’ll be late but I’ll be there.',
    '0 Table for everyone is booked at the Italian place in {place} :spaghetti:',
  ],
];
