/// The questions that models are asked every day unless the operator has others: of kinds in which models differ, short to answer,
/// and nobody's data.
enum CanaryQuestions {
    static let own = [
        "Name the seven days of the week in order, separated by commas, and nothing else.",
        "What is 17 times 23? Answer with the number only.",
        "Translate into French: The early bird catches the worm.",
        "Write one sentence that explains what a hash table is.",
        "List three prime numbers greater than 100, separated by spaces.",
        "Who wrote the play Hamlet, and in which century? Answer in one sentence.",
        "Answer with a JSON object with the keys `colour` and `fruit` that describes a banana.",
        "Write a Python function `add(a, b)` that returns the sum. Give only the code.",
        "Sort these words by the alphabet: pear, apple, fig, cherry.",
        "Which is heavier, a kilogram of feathers or a kilogram of iron? Answer in one short sentence.",
        "Write a haiku about rain.",
        "Summarise in five words: The committee postponed its decision until more evidence is available.",
    ]
}
