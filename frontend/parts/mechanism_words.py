"""The eight questions of a mechanism in words: what each asks, what to see in its figures, and what it cannot show."""

from __future__ import annotations

from dataclasses import dataclass

from frontend.parts.glossary import ALLEMAN_2024, PANICHELLO_2021, RADMARD, RADMARD_2025, SUSSILLO_2013

STOKES = "Stokes et al. (2013), Neuron 78:364"


@dataclass(frozen=True)
class Question:
    """An analysis in words.

    `see` is one or two sentences on what to look for, `caveat` what must not be concluded, `source` where it is from.
    """

    title: str
    asks: str
    see: str
    caveat: str
    source: str = ""


QUESTIONS: dict[str, Question] = {
    "planes": Question(
        "Memory planes",
        "Does the cue bring the memories of two items into one code?",
        "The angle between the planes in which two items are remembered: 90° share nothing, 0° is one plane. Where it "
        "falls after the cue, one readout serves whichever item was selected, as in monkeys’ prefrontal cortex.",
        "Planes are found from correct trials, outside the behaviour plane, and compared over halves of trials that "
        "share none. Noise keeps even a plane and itself apart by the angle called “floor”: smaller ones are not 0.",
        PANICHELLO_2021,
    ),
    "decoding": Question(
        "Decoding",
        "What does the memory hold about either item, and is it still there when the wrong one is reported?",
        "How well a linear decoder reads each report outside the behaviour plane: 1 is perfect, 0 is chance. On swap "
        "trials a high dotted blue line means that the cued item was still stored when the other one was reported.",
        "What can be decoded need not be used. Decoders see only activity that cannot move the response any more.",
        STOKES,
    ),
    "swap_hypotheses": Question(
        "Misbinding, misselection or misinterpretation",
        "Was the wrong pairing stored, the wrong item selected, or the cue misread?",
        "0 is the activity of a correct trial, 1 the activity that this kind of error would cause. The kind towards "
        "which swap trials move, while correct ones stay at 0, is what happens in the network.",
        "Each kind is a model of mean activity; a swap that is none of them is shared out among them all. The "
        "noise of the trained network shrinks in time by design; the time of decision that this alone imposes is told.",
        ALLEMAN_2024,
    ),
    "fixed_points": Question(
        "Slow and fixed points",
        "Where do the dynamics come to rest in each epoch, and what does a resting point hold?",
        "Points at which the noise-free network hardly moves, coloured by the report that they hold. A ring of them is "
        "a memory that can hold any value; a few apart are memories that drift to preferred values.",
        "A search from states that the network visits: points that are never near a trajectory are not found. Recall "
        "is driven by time, so its points hold for one moment of it only.",
        SUSSILLO_2013,
    ),
    "cue_sweep": Question(
        "Cues between the items",
        "Does a cue that belongs to no item switch between the items, or blend them?",
        "The cue moves from one item to the other. A step with both items reported at the middle is a switch; a slope "
        "through responses that belong to neither is a compromise.",
        "The network was never trained on such cues: this is how it generalises, not what it was asked to do.",
    ),
    "role_axis": Question(
        "Role axis",
        "Is there one direction that says which item is the target, and are swap trials on its wrong side?",
        "How far apart the same item lies when it is target and when it is distractor (d′), and where swap trials fall "
        "between the roles: at 0 they look like what was cued, at 1 as if the other item had been.",
        "Memory may simply copy the response, which alone would separate the roles: what is left without that copy is "
        "told apart. An axis is found in one half of the trials and used on the other.",
        RADMARD_2025,
    ),
    "interventions": Question(
        "Interventions",
        "What changes swaps when it is changed, and nothing else?",
        "Each row disturbs the network in one way. What moves the swap rate and leaves the precision is part of how "
        "items are selected; what moves both only makes the network worse.",
        "The network was not trained for these conditions; a large effect shows what it depends on, not brains.",
    ),
    "refit": Question(
        "Response to the behavioural model",
        "Does the behavioural model, fitted to the network, find the swap function that the network learned from?",
        "Networks in their colours on the purple curve that they were trained on. The grey lines are the model fitted "
        "to its own responses: what no network can be better than.",
        "The model can only find what it can express: it has one width of errors for targets and non-targets.",
        RADMARD,
    ),
}
