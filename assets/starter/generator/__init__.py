"""Renders the starter set: procedural plants in made-up places, photographed by a made-up camera.

Everything up to the picture itself is plain numpy: a plant is a list of coloured meshes, a `Stage`
says where they stand, what lights them and from where they are seen. Only `blender/` needs Blender,
to render a stage; `development` turns what the lens saw into a JPEG.
"""
