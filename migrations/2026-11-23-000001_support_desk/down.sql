DROP TABLE idempotency_key, job, event, event_stream, ticket_figure_delta, ticket_figure, ticket_rating,
    ___xtr_msg, ___xtr_order, ___config_admin, ___xtr_customer;
DROP TEXT SEARCH CONFIGURATION guichet_fr;
DROP TEXT SEARCH DICTIONARY guichet_fr_stop;
