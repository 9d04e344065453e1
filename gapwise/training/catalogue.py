"""Every regularizer there is. A new one needs one import here, and no other place of the code."""

from gapwise.training.regularizer import Regularizer
from gapwise.training.regularizers import class_sentences as class_sentences
from gapwise.training.regularizers import class_weight as class_weight
from gapwise.training.regularizers import contrastive as contrastive
from gapwise.training.regularizers import encoder_l2 as encoder_l2
from gapwise.training.regularizers import head_norm as head_norm
from gapwise.training.regularizers import l2_sp as l2_sp
from gapwise.training.regularizers import label_smoothing as label_smoothing
from gapwise.training.regularizers import mixout as mixout
from gapwise.training.regularizers import mixup as mixup
from gapwise.training.regularizers import multi_sample_dropout as multi_sample_dropout
from gapwise.training.regularizers import probe_head as probe_head
from gapwise.training.regularizers import r_drop as r_drop
from gapwise.training.regularizers import reinit as reinit
from gapwise.training.regularizers import sam as sam

CATALOGUE: tuple[type[Regularizer], ...] = tuple(Regularizer.__subclasses__())  # those of the imports above
