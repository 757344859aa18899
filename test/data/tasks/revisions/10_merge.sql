SELECT schemamig.merge(
	'{c2f8604b1e7d,1c64f3a82b9e}',
	rev_id => 'f9275bd06ac3',
	message => 'merge labels');
