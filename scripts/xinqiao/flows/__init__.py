"""The flows of the portal, one module each, readable from top to bottom.

Rooms do the work; flows hand things from room to room. A flow returns an Outcome or raises
XinqiaoError; no flow prints.
"""
