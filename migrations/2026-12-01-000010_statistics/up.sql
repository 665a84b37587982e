-- What PostgreSQL knew of the ids of people went when their columns grew. Nobody waits for this.
ANALYZE ___config_admin, ___xtr_customer, ___xtr_order, ___xtr_msg, ___xtr_faq, ___xtr_faq_history, ___xtr_faq_category_history;
