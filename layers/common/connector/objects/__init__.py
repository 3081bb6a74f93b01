"""The rooms: one file per object of the feature map. Declarations and pure rules, no I/O. Rooms never import each other."""
