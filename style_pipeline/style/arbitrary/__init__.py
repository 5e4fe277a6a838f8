"""Any painting as a style, at once and without training, by two networks of Google Magenta.

Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural artistic stylization
network" (BMVC 2017). One network looks at the painting and says in 100 numbers what its style is;
the other paints frames in that style. Their weights (Apache-2.0) are an optional extra of this
package: ``pip install 'style-pipeline[any]'``.
"""
