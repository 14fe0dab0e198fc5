"""A question and its history in; an `Answer` out whose every sentence cites the exact words it rests on."""
