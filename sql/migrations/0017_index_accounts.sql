set local lock_timeout = '2s';

-- What administrators search accounts by.
create index account_by_words on account using gin
	(lower(email || ' ' || full_name || ' ' || coalesce(company_name, '')) gin_trgm_ops);
create index account_by_role on account (role, id desc) where role <> 'customer';
create index account_blocked on account (id desc) where is_blocked;
