/*
 * people.mjs: buyers and goods of the bench, made by SQL. All that belongs to
 * buyer n has one id, which a statement can work out from n; so every order of
 * a run has a buyer of its own, whose cart was filled before.
 */
import crypto from 'node:crypto'

export const buyers = 16384
/** Shelves of three products from two stores; no two shelves share a product. */
export const shelves = 32

/** The id of buyer n, here and in SQL where n is a text. */
export const buyerId = n => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
export const buyerIdSql = n => `('00000000-0000-7000-8000-' || lpad(${n}, 12, '0'))::uuid`

export const password = 'haat-demo-2026'

const base64url = value => Buffer.from(JSON.stringify(value)).toString('base64url')

/** An access token of buyer n. */
export function tokenOf(instance, n) {
  const id = buyerId(n), now = Math.floor(Date.now() / 1000)
  const text = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ iss: 'haat', aud: 'haat',
    token_type: 'access', role: 'customer', sub: id, jti: id, sid: id, iat: now - 1,
    exp: now + 86400 })}`
  const mac = crypto.createHmac('sha256', instance.settings.JWT_SECRET).update(text)
  return `${text}.${mac.digest('base64url')}`
}

/** Makes the buyers, once a shop, and finds the goods: three of each shelf. */
export function setTheStage(instance) {
  instance.sql(`
    create schema if not exists bench;
    grant usage on schema bench to haat_app;
    create table if not exists bench.buyer (n bigint primary key, id uuid not null);
    create table if not exists bench.good (shelf bigint, place bigint, product_id uuid,
      variant_id uuid, primary key (shelf, place));
    insert into bench.buyer
    select n, ${buyerIdSql('n::text')} from generate_series(1, ${buyers}) n on conflict do nothing;
    insert into account (id, email, password_hash, full_name)
    select id, 'bench' || n || '@bench.example', (select password_hash from account
      where email_key = 'customer@example.com'), 'Bench Buyer' from bench.buyer
    on conflict do nothing;
    insert into session (id, account_id, expires_at)
    select id, id, now() + interval '14 days' from bench.buyer on conflict do nothing;
    insert into address (id, account_id, full_name, phone, line1, city, state, postal_code)
    select id, id, 'Bench Buyer', '+919876543210', '1 Long Road', 'Bengaluru', 'Karnataka', '560001'
    from bench.buyer on conflict do nothing;
    insert into cart (id, account_id) select id, id from bench.buyer on conflict do nothing;
    -- Of the stores with most goods, pair by pair: two of one and one of the next.
    insert into bench.good
    with single as (
      select p.id as product_id, p.seller_id, min(v.id::text)::uuid as variant_id
      from product p
      join variant v on v.product_id = p.id and v.is_active
      where p.is_listed and p.min_order_quantity = 1 and p.price between 10000 and 500000
      group by p.id
    ), store as (
      select seller_id, row_number() over (order by count(*) desc, seller_id) - 1 as store
      from single group by seller_id having count(*) >= 6 order by 2 limit 16
    ), numbered as (
      select store, product_id, variant_id,
        row_number() over (partition by store order by product_id desc) - 1 as at
      from single join store using (seller_id)
    ), slot as (
      select shelf, place, (case place when 2 then shelf + 1 else shelf end) % s.stores as store,
        3 * (shelf / s.stores) + place as at
      from generate_series(0, ${shelves - 1}) shelf, generate_series(0, 2) place,
        (select count(*) as stores from store) s
    )
    select shelf, place, product_id, variant_id from slot join numbered using (store, at)
    on conflict do nothing;
    update stock set on_hand = 1000000000 where variant_id in (select variant_id from bench.good);
    analyze account; analyze session; analyze address; analyze cart; analyze stock`)
  const goods = instance.sql(`select shelf, product_id, variant_id from bench.good
    order by shelf, place`).map(line => line.split('|'))
    .map(([shelf, product_id, variant_id]) => ({ shelf: Number(shelf), product_id, variant_id }))
  const full = goods.filter((_, i) => i % 3 === 0).length
  if (goods.length !== 3 * shelves || full !== shelves) throw new Error('the shop has too few goods')
  return goods
}

/** The carts of all buyers as they were: buyer n has what stands on shelf (n - 1) % count,
 * its first products. */
export function fillCarts(instance, count = shelves, places = 3) {
  instance.sql(`
    delete from cart_line where cart_id in (select id from bench.buyer);
    insert into cart_line (id, cart_id, variant_id, quantity)
    select ('00000000-0000-7001-8' || lpad(g.place::text, 3, '0') || '-' || lpad(b.n::text, 12, '0'))::uuid,
      b.id, g.variant_id, 1
    from bench.buyer b
    join bench.good g on g.shelf = (b.n - 1) % ${count} and g.place < ${places}`)
}
