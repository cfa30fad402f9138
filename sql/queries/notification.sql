-- fragment: notification_columns
-- args: none
select t.id, t.type, t.title, t.body, t.data, t.is_read,
	(extract(epoch from t.created_at) * 1000000)::bigint

-- fragment: notifications_of_account
-- args: account_id uuid
from notification t
where t.account_id = $1

-- fragment: notification_is_unread
-- args: none
and not t.is_read

-- name: notification_count_unread
-- args: account_id uuid
-- rows: one
select count(*)
from notification
where account_id = $1
and not is_read;

-- name: notification_find
-- args: id uuid, account_id uuid
-- rows: maybe
select id
from notification
where id = $1
and account_id = $2;

-- name: notification_mark_read
-- args: account_id uuid, ids uuid[]
-- rows: none
update notification
set is_read = true
where account_id = $1
and id = any($2)
and not is_read;

-- name: notification_mark_all_read
-- args: account_id uuid
-- rows: none
update notification
set is_read = true
where account_id = $1
and not is_read;

-- The message for the inbox and, only with a new one, what leaves the house.
-- name: notification_add
-- args: id uuid, account_id uuid, type text, title text, body text, data jsonb, source_id uuid, mail_id uuid, sms_id uuid
-- rows: none
with told as (
	insert into notification (id, account_id, type, title, body, data, source_id)
	values ($1, $2, $3, $4, $5, $6, $7)
	on conflict on constraint notification_source_once do nothing
	returning account_id)
insert into outbox (id, kind, account_id, payload)
select o.id, o.way || '.' || $3, told.account_id, $6
from told
cross join (values ($8::uuid, 'mail'), ($9::uuid, 'sms')) o (id, way)
where o.id is not null;

-- The same to every administrator, each with one of the ids.
-- name: notification_add_admins
-- args: type text, title text, body text, data jsonb, source_id uuid, ids uuid[], mail_ids uuid[]
-- rows: none
with admin as (
	select id, row_number() over (order by id) as n
	from account
	where role = 'admin'
	and not is_blocked),
told as (
	insert into notification (id, account_id, type, title, body, data, source_id)
	select ($6::uuid[])[admin.n], admin.id, $1, $2, $3, $4, $5
	from admin
	where admin.n <= cardinality($6::uuid[])
	on conflict on constraint notification_source_once do nothing
	returning account_id)
insert into outbox (id, kind, account_id, payload)
select ($7::uuid[])[admin.n], 'mail.' || $1, told.account_id, $4
from told
join admin on admin.id = told.account_id;

-- To the sellers of what of this order has become low at that moment, for each
-- variant with one of the ids. Names and numbers are known only here, once the stock is taken, so
-- the words of the template are filled here too.
-- name: notification_add_low_stock
-- args: order_id uuid, low_id uuid, title text, body text, ids uuid[], mail_ids uuid[]
-- rows: none
with low as (
	select i.product_id, i.variant_id, i.name, i.sku, m.account_id,
		s.on_hand - s.reserved as left_over, row_number() over (order by i.position) as n
	from order_item i
	join stock s on s.variant_id = i.variant_id
	join seller_order o on o.id = i.seller_order_id
	join seller m on m.id = o.seller_id
	where i.order_id = $1
	and s.low_id = $2),
told as (
	insert into notification (id, account_id, type, title, body, data)
	select ($5::uuid[])[low.n], low.account_id, 'low_stock',
		replace(replace(replace($3, '{{stock}}', left_over::text), '{{sku}}', sku),
			'{{product_name}}', name),
		replace(replace(replace($4, '{{stock}}', left_over::text), '{{sku}}', sku),
			'{{product_name}}', name),
		jsonb_build_object('product_name', name, 'sku', sku, 'stock', left_over,
			'product_id', product_id, 'variant_id', variant_id)
	from low
	returning id, account_id, data)
insert into outbox (id, kind, account_id, payload)
select ($6::uuid[])[low.n], 'mail.low_stock', told.account_id, told.data
from told
join low on ($5::uuid[])[low.n] = told.id;
