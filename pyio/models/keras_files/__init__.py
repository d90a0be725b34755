"""Files of Keras -> artifacts, through a model: what is stored is what saving that model stores.

`pyio.converters.keras` reads the files. Here their topology becomes a model, their weights go to
its layers by path or by order, and the model is written in TensorFlow.js's form.
"""
