-- ${not_replaced} in a comment
CREATE TABLE ${table_name} (word text DEFAULT '${first_word}');
