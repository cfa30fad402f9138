create table x (a int primary key,
 b int constraint x_b references y (z),
 c text constraint x_c unique check (c > 1),
 constraint x_k foreign key (a, b) references q (a, b),
 constraint x_u unique (a));
