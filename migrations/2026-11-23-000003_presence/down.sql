DROP TABLE presence, presence_instance;
