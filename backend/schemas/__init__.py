"""What may be asked of the API. A job's request is stored word for word and is enough to run the job again."""
