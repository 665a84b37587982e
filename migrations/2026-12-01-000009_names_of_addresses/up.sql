-- Some issuers put what stands before the @ where a name belongs. Customers are not to learn an address
-- that way: what was kept of it goes. Rows of answers only, which nobody changes, so nobody waits.
UPDATE ___xtr_msg m SET msg_author_name = NULL FROM ___config_admin a
    WHERE a.cnfa_id = m.msg_author_id AND m.msg_author_kind = 'staff'
        AND m.msg_kind IN ('response', 'note') AND m.msg_author_name = split_part(a.cnfa_mail, '@', 1);
