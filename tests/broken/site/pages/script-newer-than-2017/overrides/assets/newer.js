"use strict";
var all = { ...window };
var one = all?.name;
