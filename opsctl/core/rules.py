"""The rules that a row can break: a broken row is data, not an exception, and says which rule by its code."""

RULES: dict[str, str] = {
    "OPS201": "The row has another number of cells than the header. Cells are counted strictly, never padded or cut.",
    "OPS202": "The cell is not a number or amount of money that can be read exactly.",
    "OPS203": "The cell is not a date or time that can be read in only one way.",
    "OPS204": "A column that every row of the table must have is empty.",
    "OPS205": "The value is outside the range that the table allows.",
    "OPS206": "Two values of the row contradict each other, such as clicks without impressions.",
    "OPS207": "The row holds a NUL or bytes that are not text in the file's encoding.",
    "OPS208": "The quotes of the row are broken, so that its cells cannot be told apart.",
    "OPS209": "The same key stands elsewhere with other values, and nothing says which is newer.",
    "OPS210": "Too many users have a channel code that the project's dictionary of channels does not hold.",
    "OPS211": "A word, such as an order's status, says what to do with the row, and the mapping does not know it.",
    "OPS212": "The row is an item of an order of which another item was rejected: without it the order is not whole.",
    "OPS213": "The line of a file of JSON lines is no JSON object, or has a name twice or too many levels.",
    "OPS214": "The file has exactly as many rows as the platform exports at most: what came after them is missing.",
}
