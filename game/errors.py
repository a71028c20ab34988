"""What a person did that can't be done. The command line makes one line and an exit code of each."""


class UsageError(Exception):
    """Wrong words on the command line; the message is one line."""


class InputError(Exception):
    """A story, save or answer that can't be used; the message may have more lines after the first."""


class SaveError(ValueError):
    """A save that can't be read, written or played; the message is one line for a person."""


class PlayError(ValueError):
    """A step that is not offered, or an answer that can't be given; the message is one line for a person."""
