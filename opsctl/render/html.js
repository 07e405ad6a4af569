for(const h of document.querySelectorAll("thead th")){
const v=r=>{const c=r.cells[h.cellIndex];return h.className?c.textContent:parseFloat(c.dataset.v??c.textContent.replace(/,/g,""))};
h.tabIndex=0;h.onkeydown=e=>e.key=="Enter"&&h.click();
h.onclick=()=>{const t=h.closest("table"),d=h.ariaSort=="descending"?1:-1;
for(const x of t.tHead.rows[0].cells)x.ariaSort=null;
h.ariaSort=d<0?"descending":"ascending";
for(const b of t.tBodies)if(!b.className)b.append(...[...b.rows].sort((p,q)=>{p=v(p);q=v(q);return p!==p?1:q!==q?-1:d*(p<q?-1:p>q)}))}}
