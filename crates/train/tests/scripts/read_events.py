"""Prints the scalars and images that TensorBoard finds in a folder, as JSON."""

import json
import sys

from tensorboard.backend.event_processing import event_accumulator

keep_all = {event_accumulator.SCALARS: 0, event_accumulator.IMAGES: 0}
events = event_accumulator.EventAccumulator(sys.argv[1], size_guidance=keep_all)
events.Reload()
tags = events.Tags()
scalars = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]}
images = {
    tag: [[e.step, e.width, e.height, len(e.encoded_image_string)] for e in events.Images(tag)]
    for tag in tags["images"]
}
json.dump({"scalars": scalars, "images": images}, sys.stdout)
