import type { Dialogue } from './dialogue.ts';

/** Two colleagues about everything else: lunch, travel, meetings, birthdays. */
export const officeDialogues: readonly Dialogue[] = [
  [
    '0 Quick one: who owns the {customer} contract these days?',
    '1 Uma took it over from Erik in spring.',
    '0 Perfect, I’ll ping her.',
  ],
  [
    '0 Do you have the latest numbers for {customer}?',
    '1 One sec',
    '1 {number} active bookings this month, up 8 % on last month. The spreadsheet is in the shared folder.',
    '0 That’s better than I expected! Putting it in the board deck.',
  ],
  ['0 Lunch at {place}?', '1 Yes please. {time}?', '0 Works for me :stuffed_flatbread:'],
  [
    '0 Are you coming to the {feature} kick-off on {day}?',
    '1 I have a dentist’s appointment until {time}, can we start a bit later?',
    '0 Sure, moved it by half an hour.',
    '1 You’re the best.',
  ],
  [
    '0 Heads-up: I’m out on {day}, school holidays.',
    '1 Enjoy! Anything I should keep an eye on?',
    '0 Only the {customer} import. If it stalls, restart the worker and it picks up where it stopped.',
    '1 Will do. Have fun with the kids :)',
  ],
  [
    '0 Is it just me or is the VPN crawling today?',
    '1 Same here. IT is on it, the gateway in Frankfurt has a problem.',
    '0 ok, I’ll tether for now',
    '1 Back to normal according to the status page: https://status.northlight.example',
  ],
  [
    '0 How did the interview go?',
    '1 Really well. Curious, structured, and she asked better questions than we did.',
    '0 So a yes from you?',
    '1 A clear yes. I’ve written it up in the hiring board.',
    '0 Then let’s make an offer before the weekend.',
  ],
  [
    '0 Reminder for myself and for you: expenses for last month are due on {day}.',
    '1 Ugh. Thanks for the reminder though.',
  ],
  [
    '0 Happy birthday!! :tada:',
    '1 Thank you!! There’s cake in the kitchen, second shelf.',
    '0 Already found it :birthday:',
  ],
  [
    '0 The train is {number} minutes late, of course',
    '1 Don’t worry, we’ll start with the demo and you take over for the roadmap.',
    '0 You’re a star. Slides are in the usual place.',
  ],
  [
    '0 What’s the plan for the offsite?',
    '1 {place}, two days. Workshops in the morning, hiking in the afternoon :mountain:',
    '0 And if it rains?',
    '1 Then workshops in the morning and a long lunch in the afternoon.',
    '0 I’m hoping for rain.',
  ],
  ['0 May I move our one-to-one to {day}?', '1 Of course. Same time?', '0 {time} would be even better.', '1 Done.'],
  [
    '0 Look at this view :heart_eyes:',
    '1 Is that from the office in {place}?!',
    '0 The meeting room on the fourth floor, yes.',
    '1 Booking it for the rest of the week.',
  ],
  ['0 Is the customer webinar on {day} in English or in German?', '1 English. We’ll subtitle the recording.'],
  ['0 ~Sunday~ {day} it is. Sorry for the confusion!', '1 No problem at all.'],
  [
    '0 My laptop makes a sound like a small helicopter',
    '1 Let me guess, the video call with the blurred background?',
    '0 And the full test suite at the same time.',
    '1 Poor thing :helicopter:',
  ],
  [
    '0 Thanks for covering for me yesterday!',
    '1 Any time. Hope you’re feeling better?',
    '0 Much better. Tea and twelve hours of sleep.',
  ],
  [
    '0 The new logo files are in the shared drive, folder *Brand {number}*.',
    '1 SVG as well?',
    '0 SVG, PNG, and a monochrome version for print.',
    '1 You thought of everything!',
  ],
  ['0 Coffee?', '1 Two minutes, finishing a sentence.', '0 I’ll order the usual :coffee:'],
  [
    '0 The translation of the {doc} is back. Could you check the Swedish part?',
    '1 Happy to. By {day}?',
    '0 That’s early enough.',
    '1 Two typos and one very formal “Ni”. Otherwise flawless.',
  ],
  [
    '0 Could somebody from your side join the call with {customer}? They have questions about the {service} limits.',
    '1 I can. When is it?',
    '0 {day} at {time}. Half an hour at most.',
    '1 In my calendar.',
    '0 Thank you! I’ll share the agenda beforehand.',
  ],
  ['0 Budget for the {place} trip is approved.', '1 Hotel as well?', '0 Hotel as well. Book something with breakfast.'],
];
