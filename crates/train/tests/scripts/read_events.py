"""Prints the scalars, images, histograms and hyperparameters that TensorBoard finds in a folder, as JSON."""

import json
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.hparams import metadata

keep_all = {event_accumulator.SCALARS: 0, event_accumulator.IMAGES: 0, event_accumulator.HISTOGRAMS: 0}
events = event_accumulator.EventAccumulator(sys.argv[1], size_guidance=keep_all)
events.Reload()
tags = events.Tags()
scalars = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]}
images = {
    tag: [[e.step, e.width, e.height, len(e.encoded_image_string)] for e in events.Images(tag)]
    for tag in tags["images"]
}
histograms = {
    tag: [
        [e.step, e.histogram_value.min, e.histogram_value.max, e.histogram_value.num, sum(e.histogram_value.bucket)]
        for e in events.Histograms(tag)
    ]
    for tag in tags["histograms"]
}
hyperparameters = {}
for tag, content in events.summary_metadata.items():
    if content.plugin_data.plugin_name == metadata.PLUGIN_NAME:
        data = events.PluginTagToContent(metadata.PLUGIN_NAME)[tag]
        if tag == metadata.SESSION_START_INFO_TAG:
            values = metadata.parse_session_start_info_plugin_data(data).hparams
            kinds = ("number_value", "string_value", "bool_value")
            for name, value in values.items():
                kind = value.WhichOneof("kind")
                assert kind in kinds, kind
                hyperparameters[name] = getattr(value, kind)
        if tag == metadata.SESSION_END_INFO_TAG:
            hyperparameters["status"] = metadata.parse_session_end_info_plugin_data(data).status
found = {"scalars": scalars, "images": images, "histograms": histograms, "hyperparameters": hyperparameters}
json.dump(found, sys.stdout)
