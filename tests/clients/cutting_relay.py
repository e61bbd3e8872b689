"""A relay between client and node that breaks the connection once."""
from banyan_program import Relay


class CuttingRelay(Relay):
    """Breaks the connection that brings the client, or the node, more than so much, once."""
    cut_after_bytes = 0
    cut_up_after_bytes = 0

    def changed(self, block, is_up):
        if is_up and 0 < self.cut_up_after_bytes < self.up_bytes:
            self.cut_up_after_bytes = 0
            raise OSError("cut")
        if not is_up and 0 < self.cut_after_bytes < self.down_bytes:
            self.cut_after_bytes = 0
            raise OSError("cut")
        return block
