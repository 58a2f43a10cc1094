# -*- coding: utf-16 -*-
