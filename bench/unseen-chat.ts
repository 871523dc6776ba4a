/** The sentences that the chat task of `npm run bench:unseen` is phrased with. */

export const systemSentences: readonly string[] = [
  "You are a helpful coding assistant.",
  "You are an expert programmer. Answer with code only.",
  "You are a senior engineer who writes clear, correct code.",
];

export const contextSentences: readonly string[] = [
  "For reference, this is a function from the same project:",
  "Here is some existing code:",
  "Match the style of this one:",
  "The file already holds:",
  "Context:",
];

export const writeSentences: readonly string[] = [
  "Write a {language} function that does the following: {comment}.",
  "Write {name} in {language}. It should {comment}.",
  "Implement a function in {language}: {comment}.",
  "I need a {language} function named {name}. Purpose: {comment}.",
  "Please write code for this: {comment}.",
  "Can you give me a {language} implementation? {comment}.",
  "Create the function {name}: {comment}.",
  "How would I do this in {language}: {comment}?",
  "Task: {comment}. Use {language}.",
  "Generate {language} code. Description: {comment}.",
  "{comment}. Show the code in {language}.",
  "Help me to implement {name}. The docs say: {comment}.",
];

export const explainSentences: readonly string[] = [
  "Explain what this function does.",
  "What does {name} do?",
  "Summarize this {language} code in one sentence.",
  "Describe the purpose of the following function:",
  "Write a short comment for this code.",
  "Please document {name}.",
  "Give me a one-line summary of this {language} function.",
];

export const fixSentences: readonly string[] = [
  "Fix the bug in this function.",
  "There is a mistake in {name}. Can you repair it?",
  "This {language} code does not work as it should. Correct it:",
  "Find and fix the error below.",
  "My tests fail because of this function. What would be right?",
  "Debug the following code: it should {comment}.",
  "Something is off here. Return the corrected version.",
];
