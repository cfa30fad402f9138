-- Sellers, their stores, and the customers.

create temp table demo_seller (
	no integer primary key, store text, legal text, email text, owner text, place integer,
	pan text, status text, about text, street text, account_id uuid, seller_id uuid,
	created_at timestamptz
);
insert into demo_seller (no, store, legal, email, owner, place, pan, status, street, about) values
	(1, 'Tarangini Silks', 'Tarangini Silk House Private Limited', 'seller@example.com',
		'Meenakshi Sundaram', 1, 'AACCT4821K', 'approved', '14 Gandhi Road',
		'A weaving house of three generations. Kanjivaram and soft silk sarees straight from our looms, with a return window that lets you look at them in daylight.'),
	(2, 'Indiyara Handlooms', 'Indiyara Handlooms LLP', 'indiyara@example.com',
		'Kavita Rathore', 2, 'AAEFI2930B', 'approved', '7 Amer Road',
		'Block prints, juttis and home linen from the printers'' quarter of Jaipur.'),
	(3, 'Voltryx Digital', 'Voltryx Digital Private Limited', 'voltryx@example.com',
		'Raghav Hegde', 3, 'AAFCV7712M', 'approved', '221 Hosur Main Road',
		'Chargers, sound and small appliances with a warranty that is answered by people.'),
	(4, 'Annapatra Foods', 'Annapatra Foods LLP', 'annapatra@example.com',
		'Hetal Patel', 4, 'AAGFA5518R', 'approved', '3 Mandi Marg',
		'Grain, dal, oil and sweets bought from growers by name.'),
	(5, 'Sugandhika Naturals', 'Sugandhika Naturals Private Limited', 'sugandhika@example.com',
		'Anjali Menon', 5, 'AAHCS6634P', 'approved', '58 Spice Market Lane',
		'Ayurvedic care and attars in small batches, with coffee from the hills behind us.'),
	(6, 'Lekhanika Stationers', 'Lekhanika Stationers', 'lekhanika@example.com',
		'Sanjay Bhatia', 6, 'AAJFL1189D', 'approved', '19 Nai Sarak',
		'Books, paper and pens for schools, offices and people who still write letters.'),
	(7, 'Khelmitra Sports', 'Khelmitra Sports Industries', 'khelmitra@example.com',
		'Gurpreet Dhillon', 7, 'AAKFK3347H', 'approved', '88 Industrial Estate',
		'Willow, leather and rubber from the sports town of Jalandhar.'),
	(8, 'Yantrasetu Industrial', 'Yantrasetu Industrial Supplies Private Limited',
		'yantrasetu@example.com', 'Prakash Kulkarni', 8, 'AALCY9026F', 'approved',
		'Plot 42, Chakan Road',
		'Tools, fasteners, safety gear and packaging by the box and by the pallet.'),
	(9, 'Gharonda Living', 'Gharonda Living LLP', 'gharonda@example.com',
		'Farah Siddiqui', 9, 'AAMFG4471J', 'approved', '5 Peetal Nagri',
		'Brass, steel, wood and stoneware for kitchens that are used.'),
	(10, 'Karyalaya Depot', 'Karyalaya Office Solutions Private Limited', 'karyalaya@example.com',
		'Srinivas Reddy', 10, 'AANCK8850Q', 'approved', '12 Begumpet Cross',
		'Everything an office orders on the first of the month.'),
	(11, 'Balgatha Kids', 'Balgatha Kids Private Limited', 'balgatha@example.com',
		'Madhumita Sen', 11, 'AAPCB2263N', 'approved', '31 College Row',
		'Toys and picture books that grandparents approve of.'),
	(12, 'Pavitram Stores', 'Pavitram Retail LLP', 'pavitram@example.com',
		'Deepak Jain', 12, 'AAQFP7095C', 'approved', '66 Sarafa Bazaar',
		'The corner shop of Indore, with a longer counter.'),
	(13, 'Naturevana Organics', 'Naturevana Organics LLP', 'naturevana@example.com',
		'Bhaskar Baruah', 13, 'AARFN3312L', 'pending', '9 Paltan Bazaar',
		'Hill teas and wild honey. Waiting to be let in.'),
	(14, 'Chamakdar Deals', 'Chamakdar Trading Company', 'chamakdar@example.com',
		'Vikas Chauhan', 14, 'AASFC6601E', 'suspended', '1 Udyog Vihar',
		'Bargains of every kind.');
update demo_seller s
set created_at = p.d0 - interval '460 days' + s.no * interval '4 days 3 hours'
from demo_par p;
update demo_seller s set created_at = p.d0 - interval '6 days 5 hours'
from demo_par p where s.no = 13;
update demo_seller
set account_id = pg_temp.id(created_at, 'seller account ' || no),
	seller_id = pg_temp.id(created_at + interval '20 minutes', 'seller ' || no);

-- The demo's password: Argon2id of "haat-demo-2026"; "!" lets nobody in.
\set password '$argon2id$v=19$m=19456,t=2,p=1$b8zlFb5bcCjWt4rXJQ7Xag$d+RPhRZHFYX3QcWF3isF1KPVv01vaVFfOviTDkaikQY'

insert into account (id, email, password_hash, full_name, phone, role, account_type,
	company_name, gstin, is_email_verified, created_at, updated_at, last_login_at)
select s.account_id, s.email, case s.no when 1 then :'password' else '!' end, s.owner,
	'+91' || (9800000000 + pg_temp.below(s.no, 11, 99999999)), 'seller', 'business', s.legal,
	pg_temp.gstin(p.code, s.pan), true, s.created_at, s.created_at,
	par.d0 - s.no * interval '5 hours'
from demo_seller s
join demo_place p on p.no = s.place
cross join demo_par par;

insert into seller (id, account_id, store_name, slug, legal_name, gstin, pan, phone,
	description, pickup_address, state_code, bank_account_holder, bank_account_number,
	bank_ifsc, status, rejection_reason, terms_accepted_at, created_at, updated_at,
	approved_at)
select s.seller_id, s.account_id, s.store, replace(lower(s.store), ' ', '-'), s.legal,
	pg_temp.gstin(p.code, s.pan), s.pan, '+91' || (9800000000 + pg_temp.below(s.no, 11, 99999999)),
	s.about,
	jsonb_build_object('label', null, 'full_name', s.owner,
		'phone', '+91' || (9800000000 + pg_temp.below(s.no, 11, 99999999)),
		'line1', s.street, 'line2', null, 'city', p.city, 'state', p.state,
		'postal_code', p.pin || lpad((1 + s.no)::text, 2, '0'), 'country', 'IN'),
	p.code, s.legal, (50100000000000 + pg_temp.below(s.no, 12, 99999999999))::text,
	'DEMO0' || lpad((100 + s.no)::text, 6, '0'), s.status,
	case s.status when 'suspended' then 'Many parcels arrived empty.' end,
	s.created_at + interval '20 minutes', s.created_at + interval '20 minutes',
	s.created_at + interval '2 days',
	case when s.status <> 'pending' then s.created_at + interval '2 days' end
from demo_seller s
join demo_place p on p.no = s.place;

-- Customers: 1 is customer@, 2 is business@; every ninth buys for a firm.
create temp table demo_customer as
select c as no,
	case c when 1 then 'customer@example.com' when 2 then 'business@example.com'
		else 'buyer' || c || '@example.com' end as email,
	case c when 1 then 'Asha Iyer' when 2 then 'Rohan Deshpande' else
		(array['Aarav','Vivaan','Aditya','Arjun','Kabir','Ishaan','Rohan','Karthik','Nikhil','Varun',
			'Manish','Sandeep','Imran','Joseph','Harpreet','Suresh','Ramesh','Anil','Farhan','Tenzin',
			'Ananya','Diya','Saanvi','Aadhya','Kavya','Meera','Priya','Neha','Pooja','Shreya',
			'Lakshmi','Divya','Fatima','Maria','Simran','Sunita','Rekha','Geeta','Ayesha','Nandini'])
			[1 + pg_temp.below(c, 21, 40)] || ' ' ||
		(array['Sharma','Verma','Iyer','Nair','Menon','Reddy','Rao','Naidu','Patel','Shah',
			'Mehta','Joshi','Kulkarni','Patil','Deshmukh','Chatterjee','Banerjee','Das','Ghosh','Bora',
			'Singh','Gill','Kaur','Khan','Ansari','Sheikh','D''Souza','Fernandes','Gupta','Agarwal',
			'Mishra','Tiwari','Yadav','Pillai','Krishnan','Subramanian','Hegde','Shetty','Thakur','Negi'])
			[1 + pg_temp.below(c, 22, 40)] end as name,
	'+91' || (9000000000 + pg_temp.below(c, 23, 799999999)) as phone,
	c = 2 or (c > 2 and c % 9 = 0) as is_business,
	case c when 1 then 15 when 2 then 8
		else 1 + floor(36 * pg_temp.u(c, 24))::integer end as place,
	case when c <= 2 then par.d0 - interval '120 days' + c * interval '90 minutes'
		else date_trunc('milliseconds', par.d0 - interval '430 days'
			+ pow(pg_temp.u(c, 25), 0.7) * interval '428 days') end as created_at
from demo_par par
cross join generate_series(1, greatest(402, par.lines / 25)) c;
alter table demo_customer add id uuid, add address_id uuid, add address jsonb,
	add company text, add state_code text;
update demo_customer c
set id = pg_temp.id(c.created_at, 'customer ' || c.no),
	company = case when c.no = 2 then 'Deshpande Trading Company'
		when c.is_business then split_part(c.name, ' ', 2) || ' ' ||
			(array['Traders','Enterprises','Hospitality','Retail','Catering','Interiors','Schools',
				'Engineering'])[1 + pg_temp.below(c.no, 26, 8)] end,
	state_code = p.code,
	address = jsonb_build_object('label', null, 'full_name', c.name, 'phone', c.phone,
		'line1', case c.no when 1 then '27 Kutchery Road' when 2 then 'Shop 4, Laxmi Road'
			else (1 + pg_temp.below(c.no, 27, 240)) || ' ' ||
			(array['MG Road','Station Road','Temple Street','Lake View Colony','Nehru Nagar','Gandhi Marg',
				'Church Street','Ring Road','Bazaar Lane','Sector 14','Model Town','Green Park',
				'Shivaji Path','Rose Garden Society','Old Post Office Road','Tagore Avenue'])
				[1 + pg_temp.below(c.no, 28, 16)] end,
		'line2', case when c.no = 1 then 'Mylapore' when c.no = 2 then 'Sadashiv Peth'
			when c.no % 3 = 0 then 'Flat ' || (101 + pg_temp.below(c.no, 29, 900)) end,
		'city', p.city, 'state', p.state,
		'postal_code', p.pin || lpad((1 + pg_temp.below(c.no, 30, 90))::text, 2, '0'),
		'country', 'IN')
from demo_place p where p.no = c.place;
create temp table demo_pan as
select no, 'AA' || chr(65 + (pg_temp.below(no, 31, 26))::integer) || 'C'
	|| chr(65 + (pg_temp.below(no, 32, 26))::integer)
	|| lpad(pg_temp.below(no, 33, 10000)::text, 4, '0')
	|| chr(65 + (pg_temp.below(no, 34, 26))::integer) as pan
from demo_customer where is_business;

insert into account (id, email, password_hash, full_name, phone, role, account_type,
	company_name, gstin, is_email_verified, created_at, updated_at, last_login_at)
select c.id, c.email, case when c.no <= 2 then :'password' else '!' end, c.name, c.phone,
	'customer', case when c.is_business then 'business' else 'individual' end,
	c.company, pg_temp.gstin(c.state_code, n.pan), c.no <= 2 or c.no % 7 <> 0,
	c.created_at, c.created_at,
	greatest(c.created_at, par.d0 - pg_temp.u(c.no, 35) * interval '30 days')
from demo_customer c
left join demo_pan n on n.no = c.no
cross join demo_par par;
insert into account (id, email, password_hash, full_name, phone, role, is_email_verified,
	created_at, updated_at, last_login_at)
select pg_temp.id(d0 - interval '470 days', 'admin'), 'admin@example.com', :'password',
	'Haat Administrator', '+919800000000', 'admin', true, d0 - interval '470 days',
	d0 - interval '470 days', d0 - interval '3 hours'
from demo_par;

insert into address (id, account_id, label, full_name, phone, line1, line2, city, state,
	postal_code, country, is_default, created_at, updated_at)
select pg_temp.id(c.created_at, 'address ' || c.no, a.no), c.id, a.label, c.name, c.phone,
	a.address ->> 'line1', a.address ->> 'line2', a.address ->> 'city', a.address ->> 'state',
	a.address ->> 'postal_code', 'IN', a.no = 1, c.created_at, c.created_at
from demo_customer c
cross join lateral (
	select 1 as no, case when c.is_business then 'Office' else 'Home' end as label, c.address
	union all
	select 2, 'Parents', c.address || '{"line1": "6 Vani Vilas Mohalla", "line2": null,
		"city": "Mysuru", "state": "Karnataka", "postal_code": "570002"}'
	where c.no = 1
	union all
	select 2, 'Warehouse', c.address || '{"line1": "Godown 11, Bhiwandi Bypass", "line2": null,
		"city": "Surat", "state": "Gujarat", "postal_code": "395010"}'
	where c.no = 2
) a;
analyze demo_customer;
