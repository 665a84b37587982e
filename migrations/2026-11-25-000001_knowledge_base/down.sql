DROP TABLE faq_unanswered, faq_view, faq_vote, faq_counter, ___xtr_faq_category_history, ___xtr_faq_history,
    ___xtr_faq_text, ___xtr_faq, ___xtr_faq_category;
