"""How large a plan file may be, in every way in which one could be too large."""

MOST_BYTES = 16 * 1024 * 1024
MOST_TEXT_BYTES = 256 * 1024  # of what is written by hand
MOST_SEATS = 60_000
MOST_SECTIONS = 500
MOST_ROWS = 10_000
MOST_SEATS_IN_A_ROW = 500
MOST_GRADES = 12
MOST_AREAS = 2_000  # of what is no seat
MOST_PARTS = 500_000  # objects and lists of a JSON file: four times what the largest house needs
HIGHEST_PLACE = 99_999
FARTHEST = 1_000_000  # a coordinate in a file
WIDEST = 50_000  # a side of the finished plan, in plan units
DEAREST = 10_000_000  # won
LONGEST_NAME, LONGEST_SECTION, LONGEST_ROW, LONGEST_PLACE, LONGEST_GRADE = 120, 60, 20, 20, 20
